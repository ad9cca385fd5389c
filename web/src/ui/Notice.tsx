import type { ReactNode } from "react";
import { Icon } from "./icons";

interface Props {
  /** Those that alarm or ask for patience are read out at once. */
  tone: "alarm" | "patience" | "calm";
  title: string;
  children?: ReactNode;
}

export function Notice({ tone, title, children }: Props) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "calm" ? "status" : "alert"}>
      <Icon name={tone === "alarm" ? "warning" : "wait"} />
      <div className="notice-body">
        <p className="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}
