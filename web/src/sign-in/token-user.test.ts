import { beforeEach, describe, expect, it } from "vitest";
import { TokenUser } from "./token-user";

const ISSUER = "https://issuer.example/pool";
const PAGE = "https://console.example/";
const CONFIG = { issuer: ISSUER, client_id: "console", scopes: ["openid", "email"] };

/** An issuer, as much of one as a browser sees: it gives tokens for a code whose verifier fits the challenge. */
class Issuer {
  readonly asked: { path: string; form: URLSearchParams }[] = [];
  challenge = "";
  nonce = "";
  isRefusing = false;
  isUnreachable = false;
  /** Answers wait for it. */
  until: Promise<unknown> = Promise.resolve();
  /** Those that are good; each is good for one time. */
  readonly refreshTokens = new Set<string>();
  sub = "user-1";
  endSession: string | undefined = `${ISSUER}/logout`;
  #tokens = 0;

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input));
    const form = new URLSearchParams(init?.body?.toString() ?? "");
    this.asked.push({ path: url.pathname, form });
    await this.until;
    if (this.isUnreachable) throw new TypeError("Failed to fetch");
    if (url.pathname.endsWith("/.well-known/openid-configuration")) {
      return Response.json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        revocation_endpoint: `${ISSUER}/revoke`,
        end_session_endpoint: this.endSession,
        id_token_signing_alg_values_supported: ["RS256"],
      });
    }
    if (url.pathname.endsWith("/revoke")) {
      this.refreshTokens.delete(form.get("token") ?? "");
      return new Response(null, { status: 200 });
    }
    if (!(await this.#accepts(form))) return Response.json({ error: "invalid_grant" }, { status: 400 });
    const refreshToken = `refresh-${++this.#tokens}`;
    this.refreshTokens.add(refreshToken);
    return Response.json({
      access_token: `access-${this.#tokens}`,
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: refreshToken,
      id_token: this.#idToken(form.get("grant_type") === "authorization_code"),
    });
  };

  async #accepts(form: URLSearchParams): Promise<boolean> {
    if (this.isRefusing) return false;
    if (form.get("grant_type") === "refresh_token") {
      return this.refreshTokens.delete(form.get("refresh_token") ?? "");
    }
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(form.get("code_verifier") ?? ""));
    return base64url(new Uint8Array(digest)) === this.challenge && form.get("redirect_uri") === PAGE;
  }

  #idToken(isFirst: boolean): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: ISSUER, aud: "console", sub: this.sub, email: "anna@example.com", iat: now, exp: now + 3600 };
    const parts = [{ alg: "RS256" }, isFirst ? { ...claims, nonce: this.nonce } : claims];
    return [...parts.map((part) => base64url(new TextEncoder().encode(JSON.stringify(part)))), "c2ln"].join(".");
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

let issuer: Issuer;
let kept: Map<string, string>;
let leftFor: URL | undefined;
let departures: string[];
let forgotten: string[];
let tabs: EventTarget[];
let now: number;

/** What another tab's `postMessage` does: everybody hears it but the one that says it. */
function channel() {
  const own = new EventTarget();
  tabs.push(own);
  return {
    postMessage: (data: unknown) => {
      for (const tab of tabs) if (tab !== own) tab.dispatchEvent(new MessageEvent("message", { data }));
    },
    addEventListener: own.addEventListener.bind(own) as BroadcastChannel["addEventListener"],
  };
}

/** A tab that has just loaded the page; what it kept before is still there. */
function tab(storage = kept): TokenUser {
  return new TokenUser(CONFIG, {
    storage: {
      getItem: (name) => storage.get(name) ?? null,
      setItem: (name, value) => void storage.set(name, value),
      removeItem: (name) => void storage.delete(name),
    },
    fetch: issuer.fetch,
    now: () => now,
    redirectUri: PAGE,
    otherTabs: channel(),
    forget: (name) => void forgotten.push(name),
    leaveFor: (url) => {
      leftFor = new URL(url);
      departures.push(url);
    },
  });
}

/** Goes to the issuer and comes back with a code; the address it comes back to. */
async function goAndReturn(hash = "#/jobs", storage = kept): Promise<URL> {
  await tab(storage).signIn(hash);
  issuer.challenge = leftFor?.searchParams.get("code_challenge") ?? "";
  issuer.nonce = leftFor?.searchParams.get("nonce") ?? "";
  return new URL(`${PAGE}?code=the-code&state=${leftFor?.searchParams.get("state")}`);
}

/** A tab of its own in which `sub` has signed in. */
async function signedIn(sub: string): Promise<TokenUser> {
  const storage = new Map<string, string>();
  issuer.sub = sub;
  const url = await goAndReturn("#/", storage);
  const user = tab(storage);
  await user.resume(url);
  return user;
}

beforeEach(() => {
  issuer = new Issuer();
  kept = new Map();
  leftFor = undefined;
  departures = [];
  forgotten = [];
  tabs = [];
  now = Date.now();
});

describe("going to sign in", () => {
  it("asks the issuer for a code, with a challenge and without the verifier", async () => {
    await tab().signIn("#/");
    expect(leftFor?.href.startsWith(`${ISSUER}/authorize?`)).toBe(true);
    expect(Object.fromEntries(leftFor?.searchParams ?? [])).toMatchObject({
      response_type: "code",
      client_id: "console",
      redirect_uri: PAGE,
      scope: "openid email",
      code_challenge_method: "S256",
    });
    expect(leftFor?.href).not.toContain(JSON.parse([...kept.values()][0] ?? "{}").verifier);
  });

  it("never asks twice with the same state, nonce or challenge", async () => {
    await tab().signIn("#/");
    const first = new URLSearchParams(leftFor?.search);
    await tab().signIn("#/");
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(leftFor?.searchParams.get(name)).not.toBe(first.get(name));
    }
  });
});

describe("coming back", () => {
  it("makes the code a token, and goes back to where one was", async () => {
    const url = await goAndReturn("#/jobs/abc");
    const user = tab();
    expect(await user.resume(url)).toBe("#/jobs/abc");
    expect(await user.headers()).toEqual({ Authorization: "Bearer access-1" });
    expect([user.user, user.label]).toEqual(["user-1", "anna@example.com"]);
  });

  it("refuses an answer to another question", async () => {
    const url = await goAndReturn();
    url.searchParams.set("state", "forged");
    const user = tab();
    await expect(user.resume(url)).rejects.toThrow();
    expect(user.user).toBeUndefined();
    expect(issuer.asked.some(({ path }) => path.endsWith("/token"))).toBe(false);
  });

  it("refuses an answer that nobody asked for", async () => {
    await expect(tab().resume(new URL(`${PAGE}?code=a&state=b`))).rejects.toThrow("nobody asked");
  });

  it("refuses the same answer a second time", async () => {
    const url = await goAndReturn();
    await tab().resume(url);
    await expect(tab().resume(url)).rejects.toThrow();
  });

  it("refuses a token that was made for another sign-in", async () => {
    const url = await goAndReturn();
    issuer.nonce = "another";
    await expect(tab().resume(url)).rejects.toThrow();
  });

  it("tells when the issuer refused", async () => {
    const url = await goAndReturn();
    url.searchParams.delete("code");
    url.searchParams.set("error", "access_denied");
    await expect(tab().resume(url)).rejects.toThrow();
  });
});

describe("being signed in", () => {
  it("outlives a reload of the tab, by the refresh token", async () => {
    await tab().resume(await goAndReturn());
    const reloaded = tab();
    expect(await reloaded.resume(new URL(PAGE))).toBeUndefined();
    expect(await reloaded.headers()).toEqual({ Authorization: "Bearer access-2" });
  });

  it("renews the token a minute before its end, once for all who ask", async () => {
    const user = tab();
    await user.resume(await goAndReturn());
    now += 3_541_000;
    const all = await Promise.all([user.headers(), user.headers(), user.headers()]);
    expect(all.map(({ Authorization }) => Authorization)).toEqual(Array(3).fill("Bearer access-2"));
  });

  it("ends when the issuer renews no more", async () => {
    const user = tab();
    await user.resume(await goAndReturn());
    issuer.isRefusing = true;
    now += 3_600_000;
    expect(await user.headers()).toEqual({});
    expect(user.user).toBeUndefined();
    expect(kept.size).toBe(0);
    expect(forgotten).toEqual([]);
  });

  it("keeps no access token where the tab's storage could give it away", async () => {
    await tab().resume(await goAndReturn());
    expect([...kept.values()].join()).not.toContain("access-");
  });
});

describe("signing out", () => {
  it("deletes what the browser keeps, revokes the refresh token and ends the issuer's session", async () => {
    const user = tab();
    await user.resume(await goAndReturn());
    await user.signOut();
    expect(user.user).toBeUndefined();
    expect(kept.size).toBe(0);
    expect(new Set(forgotten)).toEqual(new Set(["user-1"]));
    expect(issuer.asked.at(-1)?.form.get("token")).toBe("refresh-1");
    expect(issuer.refreshTokens.size).toBe(0);
    expect(leftFor?.pathname).toBe("/pool/logout");
    expect(leftFor?.searchParams.get("logout_uri")).toBe(PAGE);
  });

  it("does so although the issuer cannot be reached", async () => {
    const user = tab();
    await user.resume(await goAndReturn());
    issuer.isUnreachable = true;
    await user.signOut();
    expect(user.user).toBeUndefined();
    expect(kept.size).toBe(0);
    expect(forgotten).toContain("user-1");
    expect(leftFor?.pathname).toBe("/pool/logout");
  });

  it("loads the page anew when the issuer has no session to end", async () => {
    issuer.endSession = undefined;
    const user = tab();
    await user.resume(await goAndReturn());
    await user.signOut();
    expect(leftFor?.href).toBe(PAGE);
  });

  it("is not undone by a renewal that is answered later", async () => {
    const user = tab();
    await user.resume(await goAndReturn());
    now += 3_600_000;
    let answer = () => {};
    issuer.until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const headers = user.headers();
    const signedOut = user.signOut();
    answer();
    await signedOut;
    expect(await headers).toEqual({});
    expect(user.user).toBeUndefined();
    expect(kept.size).toBe(0);
    expect(issuer.refreshTokens.size).toBe(0);
  });

  it("signs the same user out in the other tabs, and nobody else", async () => {
    const user = await signedIn("user-1");
    const other = await signedIn("user-1");
    const colleague = await signedIn("user-2");
    await user.signOut();
    await expect.poll(() => departures).toContain(PAGE);
    expect([user.user, other.user, colleague.user]).toEqual([undefined, undefined, "user-2"]);
    expect(new Set(forgotten)).toEqual(new Set(["user-1"]));
    expect([...issuer.refreshTokens]).toEqual(["refresh-3"]);
  });
});
