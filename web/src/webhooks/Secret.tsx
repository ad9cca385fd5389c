import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { CopyField } from "../ui/CopyField";
import { Dialog } from "../ui/Dialog";

/** A secret, this once. `oldUntil`: until when the one before it is valid. */
export function Secret(props: { secret: string; oldUntil?: string | null; onClose(): void }) {
  const { secret, oldUntil, onClose } = props;
  const { t, format } = useSpeech();
  return (
    <Dialog title={t.webhooks.secretTitle} onClose={onClose}>
      <div className="form">
        <p>{t.webhooks.secretHint}</p>
        <CopyField label={t.webhooks.secret} text={secret} />
        {oldUntil && <p>{t.webhooks.oldSecretUntil(format.dateTime(oldUntil))}</p>}
        <Button look="primary" onClick={onClose}>
          {t.webhooks.done}
        </Button>
      </div>
    </Dialog>
  );
}
