import { type ReactNode, useEffect, useRef } from "react";
import { focusIfArriving } from "./arrival";

/** A screen's name: its `<h1>`, which gets the focus when the route has changed, and the window's title. */
export function Heading({ title, children }: { title: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => focusIfArriving(heading.current), []);
  useEffect(() => {
    document.title = `${title} · Castline`;
  }, [title]);
  return (
    <h1 ref={heading} className="heading" tabIndex={-1}>
      {children ?? title}
    </h1>
  );
}
