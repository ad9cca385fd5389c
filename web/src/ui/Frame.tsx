import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useBreaker } from "../api/operators";
import { useIsReachable } from "../api/reachability";
import { LOCALES } from "../i18n/locale";
import { useSpeech } from "../i18n/strings";
import type { Session } from "../sign-in/session";
import { useArrival } from "./arrival";
import { Button } from "./Button";
import "./frame.css";
import { IconButton } from "./IconButton";
import { paths, useRoute } from "./route";
import { Settings } from "./Settings";

/** What stands around every screen: name, navigation, language, settings, and the banner when nobody answers. */
export function Frame({ session, environment, children }: FrameProps) {
  const { t, locale, setLocale } = useSpeech();
  const { screen } = useRoute();
  const [isSettingsOpen, setIsSettingsOpen] = useState(false);
  const other = LOCALES.find((candidate) => candidate !== locale) ?? locale;
  const isOperator = useBreaker(session?.identity.user).data != null;
  const isIn = session === undefined || session.identity.user !== undefined;
  useArrival();
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: the hash is the route, so that the focus is moved by hand */}
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        {t.app.skip}
      </a>
      <header className="frame-head">
        <a className="wordmark" href={paths.compose} aria-label={t.app.name}>
          <svg viewBox="0 0 32 24" aria-hidden="true" focusable="false">
            <path data-hue="1" d="M3 5h13" />
            <path data-hue="0" d="M13 12h16" />
            <path data-hue="2" d="M3 19h8M17 19h9" />
          </svg>
          Castline
        </a>
        {environment !== undefined && environment !== "prod" && (
          <span className="frame-environment">{environment === "local" ? t.app.local : environment}</span>
        )}
        {isIn && (
          <nav aria-label={t.app.navigation}>
            <a href={paths.compose} aria-current={screen === "compose" ? "page" : undefined}>
              {t.app.write}
            </a>
            <a href={paths.history()} aria-current={screen === "history" ? "page" : undefined}>
              {t.app.history}
            </a>
            <a href={paths.pronunciations()} aria-current={screen === "pronunciations" ? "page" : undefined}>
              {t.app.pronunciations}
            </a>
            <a href={paths.sounds} aria-current={screen === "sounds" ? "page" : undefined}>
              {t.app.sounds}
            </a>
            <a href={paths.usage()} aria-current={screen === "usage" ? "page" : undefined}>
              {t.app.usage}
            </a>
            <a href={paths.webhooks()} aria-current={screen === "webhooks" ? "page" : undefined}>
              {t.app.webhooks}
            </a>
            {isOperator && (
              <a href={paths.operators()} aria-current={screen === "operators" ? "page" : undefined}>
                {t.app.operators}
              </a>
            )}
          </nav>
        )}
        <div className="frame-tools">
          <button type="button" className="language" lang={other} onClick={() => setLocale(other)}>
            {t.language.other}
          </button>
          {session && (
            <IconButton
              icon="settings"
              name={t.settings.open}
              aria-haspopup="dialog"
              onClick={() => setIsSettingsOpen(true)}
            />
          )}
        </div>
      </header>
      <Banner />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      {session && isSettingsOpen && <Settings session={session} onClose={() => setIsSettingsOpen(false)} />}
    </>
  );
}

interface FrameProps {
  /** Undefined until it is known who asks. */
  session?: Session | undefined;
  environment?: string | undefined;
  children: ReactNode;
}

function Banner() {
  const { t } = useSpeech();
  const client = useQueryClient();
  const isReachable = useIsReachable();
  return (
    <div role="alert">
      {!isReachable && (
        <div className="banner">
          <p>
            <b>{t.errors.unreachable}</b> {t.errors.unreachableHint}
          </p>
          <Button onClick={() => void client.refetchQueries({ type: "active" })}>{t.app.retry}</Button>
        </div>
      )}
    </div>
  );
}
