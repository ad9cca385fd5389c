import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "./Button";
import type { IconName } from "./icons";

interface Props {
  /** The button that asks. */
  label: string;
  /** For those who hear the button without what stands around it. */
  name?: string;
  icon?: IconName;
  look?: "quiet" | "plain";
  question: string;
  yes: string;
  no: string;
  isPending?: boolean;
  onConfirm(): void;
  /** What is asked for besides. */
  children?: ReactNode;
}

/** A button that asks before it does what cannot be taken back. */
export function Confirm(props: Props) {
  const { label, name, icon, look = "quiet", question, yes, no, isPending = false, onConfirm, children } = props;
  const [isAsking, setIsAsking] = useState(false);
  const opener = useRef<HTMLSpanElement>(null);
  const asked = useRef<HTMLFieldSetElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking) asked.current?.querySelector<HTMLElement>("input, button")?.focus();
    else if (wasAsking.current) opener.current?.querySelector("button")?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  if (!isAsking) {
    return (
      <span ref={opener} className="confirm-opener">
        <Button
          look={look}
          {...(icon && { icon })}
          aria-label={name}
          unavailable={isPending}
          onClick={() => setIsAsking(true)}
        >
          {label}
        </Button>
      </span>
    );
  }
  return (
    <fieldset ref={asked} className="confirm" aria-label={question}>
      <p>{question}</p>
      {children}
      <div className="confirm-answers">
        <Button
          unavailable={isPending}
          onClick={() => {
            onConfirm();
            setIsAsking(false);
          }}
        >
          {yes}
        </Button>
        <Button look="plain" onClick={() => setIsAsking(false)}>
          {no}
        </Button>
      </div>
    </fieldset>
  );
}
