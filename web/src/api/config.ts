/** What the host of the page says about itself, at `/config.json`. */

export interface SignInConfig {
  issuer: string;
  client_id: string;
  scopes: readonly string[];
}

export interface Config {
  environment: string;
  /** Where the API is, such as `/api/v1`: of the page's own origin. */
  api: string;
  /** Null on the local stack, where a name is enough. */
  sign_in: SignInConfig | null;
}

/** Rejects when there is none, or it cannot be read. */
export async function fetchConfig(): Promise<Config> {
  const response = await fetch("/config.json", { cache: "no-cache" });
  if (!response.ok) throw new Error(`/config.json: ${response.status}`);
  return (await response.json()) as Config;
}
