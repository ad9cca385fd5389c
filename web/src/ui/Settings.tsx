import { useId, useState } from "react";
import { useSpeech } from "../i18n/strings";
import type { Session } from "../sign-in/session";
import { Button } from "./Button";
import { Choice } from "./Choice";
import { Dialog } from "./Dialog";
import { THEMES, useTheme } from "./theme";

/** The theme, and who one is. */
export function Settings({ session, onClose }: { session: Session; onClose(): void }) {
  const { t } = useSpeech();
  const [theme, setTheme] = useTheme();
  return (
    <Dialog title={t.settings.title} onClose={onClose}>
      <div className="settings">
        <div>
          <h3>{t.settings.theme}</h3>
          <Choice
            label={t.settings.theme}
            value={theme}
            onChange={setTheme}
            options={THEMES.map((value) => ({ value, label: t.settings.themes[value] }))}
          />
        </div>
        {session.switchTo && <UserSwitcher session={session} switchTo={session.switchTo} onClose={onClose} />}
        {session.signOut && session.identity.user !== undefined && (
          <div>
            <p>{t.settings.signedInAs(session.identity.label ?? "")}</p>
            <Button
              onClick={() => {
                onClose();
                void session.signOut?.();
              }}
            >
              {t.settings.signOut}
            </Button>
          </div>
        )}
      </div>
    </Dialog>
  );
}

function UserSwitcher(props: { session: Session; switchTo(name: string): void; onClose(): void }) {
  const { session, switchTo, onClose } = props;
  const { t } = useSpeech();
  const id = useId();
  const [name, setName] = useState(session.identity.user ?? "");
  const change = () => {
    switchTo(name);
    onClose();
  };
  return (
    <div>
      <h3>
        <label htmlFor={id}>{t.settings.user}</label>
      </h3>
      <div className="settings-user">
        <input
          id={id}
          className="field"
          value={name}
          maxLength={100}
          autoComplete="off"
          aria-describedby={`${id}-hint`}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing) change();
          }}
        />
        <Button onClick={change}>{t.settings.switchUser}</Button>
      </div>
      <small id={`${id}-hint`}>{t.settings.userHint}</small>
    </div>
  );
}
