import type { ReactNode } from "react";
import { Icon } from "./icons";

interface Props {
  /** Alarming ones are read out at once. */
  tone: "alarm" | "calm";
  title: string;
  children?: ReactNode;
}

export function Notice({ tone, title, children }: Props) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "alarm" ? "alert" : "status"}>
      <Icon name={tone === "alarm" ? "warning" : "wait"} />
      <div className="notice-body">
        <p className="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}
