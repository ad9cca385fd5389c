/** Signing in by authorization code with PKCE, at the issuer that `/config.json` names. */

import * as oauth from "oauth4webapi";
import type { SignInConfig } from "../api/config";
import { type Identity, Observable } from "./identity";

const PENDING = "castline.sign-in";
const REFRESH = "castline.refresh-token";
const EARLY_MS = 60_000;

/** What has to be known again when the issuer sends the reader back. */
interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  /** Where on the page they were. */
  hash: string;
}

interface Session {
  accessToken: string;
  /** On the clock of `now`. */
  expiresAt: number;
  sub: string;
  email: string | undefined;
  idToken: string | undefined;
}

/** The browser, as far as signing in touches it. */
export interface Surroundings {
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  fetch: typeof fetch;
  now(): number;
  /** The page's own address, which the issuer sends back to: `https://console.example/`. */
  redirectUri: string;
  /** The page's other tabs, which are told who has signed out. */
  otherTabs: Pick<BroadcastChannel, "postMessage" | "addEventListener">;
  /** Delete what the browser keeps of a user. */
  forget(user: string): void;
  leaveFor(url: string): void;
}

/** A signed-in user: the access token in memory, the refresh token in the tab's storage. */
export class TokenUser extends Observable implements Identity {
  readonly #config: SignInConfig;
  readonly #surroundings: Surroundings;
  readonly #client: oauth.Client;
  #server: Promise<oauth.AuthorizationServer> | undefined;
  #session: Session | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(config: SignInConfig, surroundings: Surroundings) {
    super();
    this.#config = config;
    this.#surroundings = surroundings;
    this.#client = { client_id: config.client_id };
    surroundings.otherTabs.addEventListener("message", ({ data: user }) => {
      if (user === this.user) void this.#signOutHere(user).then(() => surroundings.leaveFor(surroundings.redirectUri));
    });
  }

  get user(): string | undefined {
    return this.#session?.sub;
  }

  get label(): string | undefined {
    return this.#session?.email ?? this.#session?.sub;
  }

  headers = async (): Promise<Record<string, string>> => {
    if (this.#session && this.#session.expiresAt - EARLY_MS < this.#surroundings.now()) await this.#refreshOnce();
    return this.#session ? { Authorization: `Bearer ${this.#session.accessToken}` } : {};
  };

  onRefused = (): void => this.#end();

  /** Go to the issuer. `hash`: where to come back to. */
  async signIn(hash: string): Promise<void> {
    const server = await this.#discover();
    if (!server.authorization_endpoint) throw new Error("the issuer has no authorization endpoint");
    const pending: Pending = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      hash,
    };
    this.#surroundings.storage.setItem(PENDING, JSON.stringify(pending));
    const url = new URL(server.authorization_endpoint);
    for (const [name, value] of Object.entries({
      response_type: "code",
      client_id: this.#config.client_id,
      redirect_uri: this.#surroundings.redirectUri,
      scope: this.#config.scopes.join(" "),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: "S256",
    })) {
      url.searchParams.set(name, value);
    }
    this.#surroundings.leaveFor(url.href);
  }

  /**
   * Take up the session again: from the issuer's answer in `url`, or from an earlier visit of this tab.
   *
   * @returns the hash to go back to, when `url` is an answer that this tab asked for.
   * @throws when the issuer refused, or its answer is not the one to our question.
   */
  async resume(url: URL): Promise<string | undefined> {
    const isAnswer = url.searchParams.has("state") && (url.searchParams.has("code") || url.searchParams.has("error"));
    if (!isAnswer) {
      if (this.#surroundings.storage.getItem(REFRESH) !== null) await this.#refreshOnce();
      return undefined;
    }
    const kept = this.#surroundings.storage.getItem(PENDING);
    this.#surroundings.storage.removeItem(PENDING);
    if (kept === null) throw new Error("nobody asked to sign in");
    const pending = JSON.parse(kept) as Pending;
    const server = await this.#discover();
    const parameters = oauth.validateAuthResponse(server, this.#client, url, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      this.#client,
      oauth.None(),
      parameters,
      this.#surroundings.redirectUri,
      pending.verifier,
      this.#options(),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, this.#client, response, {
      expectedNonce: pending.nonce,
      requireIdToken: true,
    });
    this.#begin(tokens);
    return pending.hash;
  }

  /**
   * Sign out in all tabs and, as far as it can be reached, at the issuer.
   *
   * The page is always left, so that nothing of the user stays in its memory.
   */
  async signOut(): Promise<void> {
    if (!this.#session) return;
    const { sub, idToken } = this.#session;
    this.#surroundings.otherTabs.postMessage(sub);
    await this.#signOutHere(sub);
    this.#surroundings.leaveFor(await this.#endOfSession(idToken));
  }

  /** Delete what this tab and the browser have of the user, and have the issuer revoke the refresh token. */
  async #signOutHere(user: string): Promise<void> {
    const refreshToken = this.#surroundings.storage.getItem(REFRESH);
    this.#end();
    this.#surroundings.forget(user);
    if (refreshToken !== null) await this.#revoke(refreshToken);
    // What the page was about to keep when the session ended.
    this.#surroundings.forget(user);
  }

  /** Where the issuer ends its own session; the start of the page if that cannot be known. */
  async #endOfSession(idToken: string | undefined): Promise<string> {
    const server = await this.#discover().catch(() => undefined);
    if (!server?.end_session_endpoint) return this.#surroundings.redirectUri;
    const url = new URL(server.end_session_endpoint);
    url.searchParams.set("client_id", this.#config.client_id);
    url.searchParams.set("post_logout_redirect_uri", this.#surroundings.redirectUri);
    // Cognito's own name for the same.
    url.searchParams.set("logout_uri", this.#surroundings.redirectUri);
    if (idToken) url.searchParams.set("id_token_hint", idToken);
    return url.href;
  }

  /** Have the issuer revoke a refresh token, if it can be reached. */
  async #revoke(refreshToken: string): Promise<void> {
    try {
      const server = await this.#discover();
      if (!server.revocation_endpoint) return;
      await oauth.revocationRequest(server, this.#client, oauth.None(), refreshToken, this.#options());
    } catch {
      // It is no longer here, and ends by itself.
    }
  }

  #refreshOnce(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const refreshToken = this.#surroundings.storage.getItem(REFRESH);
    if (refreshToken === null) return this.#end();
    const server = await this.#discover();
    const response = await oauth.refreshTokenGrantRequest(
      server,
      this.#client,
      oauth.None(),
      refreshToken,
      this.#options(),
    );
    try {
      const tokens = await oauth.processRefreshTokenResponse(server, this.#client, response);
      const isStillSignedIn = this.#surroundings.storage.getItem(REFRESH) === refreshToken;
      if (isStillSignedIn) this.#begin(tokens);
      else if (tokens.refresh_token) await this.#revoke(tokens.refresh_token);
    } catch (error) {
      if (!(error instanceof oauth.ResponseBodyError)) throw error;
      this.#end();
    }
  }

  #begin(tokens: oauth.TokenEndpointResponse): void {
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    const before = this.#session;
    const email = typeof claims?.email === "string" ? claims.email : before?.email;
    this.#session = {
      accessToken: tokens.access_token,
      expiresAt: this.#surroundings.now() + (tokens.expires_in ?? 300) * 1000,
      sub: claims?.sub ?? before?.sub ?? "unknown",
      email,
      idToken: tokens.id_token ?? before?.idToken,
    };
    if (tokens.refresh_token) this.#surroundings.storage.setItem(REFRESH, tokens.refresh_token);
    this.changed();
  }

  #end(): void {
    this.#session = undefined;
    this.#surroundings.storage.removeItem(REFRESH);
    this.changed();
  }

  #discover(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.#config.issuer);
    this.#server ??= oauth
      .discoveryRequest(issuer, this.#options())
      .then((response) => oauth.processDiscoveryResponse(issuer, response))
      .catch((error: unknown) => {
        this.#server = undefined;
        throw error;
      });
    return this.#server;
  }

  #options() {
    const isOnThisMachine = /^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(this.#config.issuer);
    return {
      [oauth.customFetch]: (url: string, options: object) => this.#surroundings.fetch(url, options),
      [oauth.allowInsecureRequests]: isOnThisMachine,
    };
  }
}
