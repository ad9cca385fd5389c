import { type ReactNode, useEffect } from "react";

/** A screen's name: its `<h1>`, which gets the focus when the route has changed, and the window's title. */
export function Heading({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Castline`;
  }, [title]);
  return (
    <h1 className="heading" tabIndex={-1} data-screen-heading>
      {children ?? title}
    </h1>
  );
}
