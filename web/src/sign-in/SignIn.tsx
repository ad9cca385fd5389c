import { useState } from "react";
import { useSpeech } from "../i18n/strings";
import { Button } from "../ui/Button";
import { Heading } from "../ui/Heading";
import { Notice } from "../ui/Notice";

/** For whoever is not signed in. `problem`: why the last attempt came to nothing. */
export function SignIn({ onSignIn, problem }: { onSignIn(): Promise<void>; problem: unknown }) {
  const { t } = useSpeech();
  const [isLeaving, setIsLeaving] = useState(false);
  const [error, setError] = useState<unknown>(problem);
  return (
    <div className="sign-in">
      <Heading title={t.signIn.title} />
      <p className="lead">
        {t.app.tagline} {t.signIn.invitation}
      </p>
      {error !== undefined && !isLeaving && <Notice tone="alarm" title={t.signIn.failed} />}
      <Button
        look="primary"
        unavailable={isLeaving}
        onClick={() => {
          setIsLeaving(true);
          onSignIn().catch((reason: unknown) => {
            setError(reason);
            setIsLeaving(false);
          });
        }}
      >
        {isLeaving ? t.signIn.working : t.signIn.action}
      </Button>
    </div>
  );
}
