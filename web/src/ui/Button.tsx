import type { ComponentProps, ReactNode } from "react";
import { Icon, type IconName } from "./icons";

interface Props extends Omit<ComponentProps<"button">, "type" | "disabled"> {
  look?: "primary" | "quiet" | "plain";
  icon?: IconName;
  /** Cannot be used now; it can still be found and read out. */
  unavailable?: boolean;
  children: ReactNode;
}

export function Button({ look = "quiet", icon, unavailable = false, onClick, children, className, ...rest }: Props) {
  return (
    <button
      {...rest}
      type="button"
      className={["button", `button-${look}`, className].filter(Boolean).join(" ")}
      aria-disabled={unavailable || undefined}
      onClick={(event) => {
        if (!unavailable) onClick?.(event);
      }}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
