import { QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { connect } from "./api/client";
import { type Config, fetchConfig } from "./api/config";
import { Unreachable } from "./api/errors";
import { createQueryClient } from "./api/query-client";
import { Compose } from "./compose/Compose";
import { History } from "./history/History";
import { LanguageProvider, useSpeech } from "./i18n/strings";
import { JobPage } from "./job/JobPage";
import { SignIn } from "./sign-in/SignIn";
import { type Session, startSession } from "./sign-in/session";
import { cancelUploads } from "./sounds/uploads";
import { Crash } from "./ui/Crash";
import { EmptyState } from "./ui/EmptyState";
import { ErrorNotice } from "./ui/ErrorNotice";
import { Frame } from "./ui/Frame";
import { Heading } from "./ui/Heading";
import { paths, useRoute } from "./ui/route";
import { Skeleton } from "./ui/Skeleton";

// Seldom opened: loaded when they are.
const PronunciationSets = lazy(() => import("./pronunciations/PronunciationSets"));
const SetEditor = lazy(() => import("./pronunciations/SetEditor"));
const Sounds = lazy(() => import("./sounds/Sounds"));
const UsageScreen = lazy(() => import("./usage/UsageScreen"));
const WebhooksScreen = lazy(() => import("./webhooks/WebhooksScreen"));
const OperatorsScreen = lazy(() => import("./operators/OperatorsScreen"));

const queryClient = createQueryClient();

export function App() {
  return (
    <LanguageProvider>
      <QueryClientProvider client={queryClient}>
        <Start />
      </QueryClientProvider>
    </LanguageProvider>
  );
}

interface Started {
  config: Config;
  session: Session;
}

async function start(): Promise<Started> {
  const config = await fetchConfig();
  const session = await startSession(config);
  connect({
    api: config.api,
    identify: session.identity.headers,
    onUnauthorized: session.identity.onRefused,
  });
  return { config, session };
}

/** Until it is known where the API is and who asks, there is nothing to show but that. */
function Start() {
  const [starting, setStarting] = useState(start);
  const [started, setStarted] = useState<Started>();
  const [hasFailed, setHasFailed] = useState(false);
  useEffect(() => {
    setHasFailed(false);
    starting.then(setStarted, () => setHasFailed(true));
  }, [starting]);
  if (started) return <Screens {...started} />;
  return (
    <Frame>
      {hasFailed ? (
        <ErrorNotice error={new Unreachable()} onRetry={() => setStarting(start())} />
      ) : (
        <Skeleton lines={5} />
      )}
    </Frame>
  );
}

function Screens({ config, session }: Started) {
  const user = useSyncExternalStore(session.identity.subscribe, () => session.identity.user);
  const client = useQueryClient();
  useEffect(() => {
    let last = session.identity.user;
    return session.identity.subscribe(() => {
      // What one user has seen is not for the next, and what one sends is not theirs.
      if (session.identity.user !== last) {
        cancelUploads();
        client.clear();
      }
      last = session.identity.user;
    });
  }, [session, client]);
  return (
    <Frame session={session} environment={config.environment}>
      {user === undefined && session.signIn ? (
        <SignIn onSignIn={session.signIn} problem={session.problem} />
      ) : (
        <Screen key={user} user={user ?? ""} />
      )}
    </Frame>
  );
}

function Screen({ user }: { user: string }) {
  const { t } = useSpeech();
  const route = useRoute();
  switch (route.screen) {
    case "compose":
      return (
        <Crash key="compose">
          <Compose user={user} />
        </Crash>
      );
    case "history":
      return (
        <Crash key="history">
          <History status={route.status} q={route.q} />
        </Crash>
      );
    case "pronunciations":
      return (
        <Later key={`pronunciations ${route.name}`}>
          {route.name === undefined ? <PronunciationSets /> : <SetEditor name={route.name} />}
        </Later>
      );
    case "sounds":
      return (
        <Later key="sounds">
          <Sounds />
        </Later>
      );
    case "usage":
      return (
        <Later key="usage">
          <UsageScreen month={route.month} />
        </Later>
      );
    case "webhooks":
      return (
        <Later key={`webhooks ${route.id}`}>
          <WebhooksScreen id={route.id} />
        </Later>
      );
    case "operators":
      return (
        <Later key="operators">
          <OperatorsScreen user={user} view={route.view} />
        </Later>
      );
    case "job":
      return (
        <Crash key={route.id}>
          <JobPage id={route.id} user={user} />
        </Crash>
      );
    default:
      return (
        <>
          <Heading title={t.errors.notFound} />
          <EmptyState title={t.errors.notFoundHint}>
            <a className="button button-primary" href={paths.compose}>
              {t.errors.toWrite}
            </a>
          </EmptyState>
        </>
      );
  }
}

/** A screen that may still have to be loaded. */
function Later({ children }: { children: ReactNode }) {
  return (
    <Crash>
      <Suspense fallback={<Skeleton lines={6} />}>{children}</Suspense>
    </Crash>
  );
}
