import { useId, useRef, useState } from "react";
import { useSpeech } from "../i18n/strings";
import { Button } from "./Button";

/** A text to be taken elsewhere, with a button that copies it. */
export function CopyField({ label, text }: { label: string; text: string }) {
  const { t } = useSpeech();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  async function copy(): Promise<void> {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(text);
      setIsCopied(true);
    } catch {
      // Not allowed here: the text is selected, to be copied by hand.
    }
  }
  return (
    <div className="copy-field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={field}
        id={id}
        className="field"
        readOnly
        value={text}
        spellCheck={false}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button icon={isCopied ? "check" : "copy"} onClick={() => void copy()}>
        {isCopied ? t.app.copied : t.app.copy}
      </Button>
      <span className="unseen" role="status">
        {isCopied ? t.app.copied : ""}
      </span>
    </div>
  );
}
