import { type ReactNode, useRef } from "react";
import { Button } from "./Button";
import type { IconName } from "./icons";

interface Props {
  /** What is read out; the button shows it, unless it has other words. */
  label: string;
  /** Which files are offered, as `<input>` has it. */
  accept: string;
  icon?: IconName;
  look?: "primary" | "quiet" | "plain";
  unavailable?: boolean;
  /** Whether several files may be chosen at once. */
  multiple?: boolean;
  onFiles(files: readonly File[]): void;
  children?: ReactNode;
}

/** Has files chosen, and hands them over. */
export function FileButton({ label, accept, multiple = false, onFiles, children, ...rest }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={multiple}
        aria-label={label}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
      <Button {...rest} aria-label={children === undefined ? undefined : label} onClick={() => input.current?.click()}>
        {children ?? label}
      </Button>
    </>
  );
}
