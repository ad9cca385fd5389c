import { type ReactNode, useEffect, useId, useRef } from "react";
import { useSpeech } from "../i18n/strings";
import { IconButton } from "./IconButton";

interface Props {
  title: string;
  onClose(): void;
  children: ReactNode;
}

/**
 * A modal dialog, open as long as it is rendered. Escape, the backdrop and its own button close it.
 *
 * What is marked by `data-first-focus` gets the focus; else, as dialogs have it, the first that can.
 */
export function Dialog({ title, onClose, children }: Props) {
  const { t } = useSpeech();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click is one on the backdrop, for which the keyboard has Escape
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-inside">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" name={t.app.close} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
