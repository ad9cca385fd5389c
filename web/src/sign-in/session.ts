/** Who asks, from what `/config.json` says. */

import type { Config } from "../api/config";
import { forget } from "../ui/memory";
import type { Identity } from "./identity";
import { LocalUser } from "./local-user";

export interface Session {
  identity: Identity;
  /** Present where there is an issuer. */
  signIn?: () => Promise<void>;
  signOut?: () => Promise<void>;
  /** Present on the local stack. */
  switchTo?: (name: string) => void;
  /** Why signing in came to nothing, if it did. */
  problem?: unknown;
}

/** The session of this tab; it takes up what an issuer answered, and cleans the address of it. */
export async function startSession(config: Config): Promise<Session> {
  if (config.sign_in === null) {
    const identity = new LocalUser();
    return { identity, switchTo: (name) => identity.switchTo(name) };
  }
  const { TokenUser } = await import("./token-user");
  const identity = new TokenUser(config.sign_in, {
    storage: sessionStorage,
    fetch: (...call) => fetch(...call),
    now: Date.now,
    redirectUri: `${location.origin}/`,
    otherTabs: new BroadcastChannel("castline.signed-out"),
    forget,
    leaveFor: (url) => location.assign(url),
  });
  const session: Session = {
    identity,
    signIn: () => identity.signIn(location.hash),
    signOut: () => identity.signOut(),
  };
  const url = new URL(location.href);
  try {
    const hash = await identity.resume(url);
    if (hash !== undefined) history.replaceState(null, "", `/${hash}`);
  } catch (problem) {
    session.problem = problem;
    if (url.searchParams.has("state")) history.replaceState(null, "", `/${location.hash}`);
  }
  return session;
}
