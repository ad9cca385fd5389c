import type { ComponentProps } from "react";
import { Icon, type IconName } from "./icons";

interface Props extends Omit<ComponentProps<"button">, "type" | "children"> {
  icon: IconName;
  /** What it does; read out, and shown on hovering. */
  name: string;
}

export function IconButton({ icon, name, className, ...rest }: Props) {
  return (
    <button
      {...rest}
      type="button"
      className={["icon-button", className].filter(Boolean).join(" ")}
      aria-label={name}
      title={name}
    >
      <Icon name={icon} />
    </button>
  );
}
