/** Who asks. Two kinds: a name on the local stack, a token where there is an issuer. */

export interface Identity {
  /** Under what name drafts are kept apart; undefined while nobody is signed in. */
  readonly user: string | undefined;
  /** What to call them. */
  readonly label: string | undefined;
  /** The headers that tell the API. */
  headers(): Promise<Record<string, string>>;
  /** The API did not take the token. */
  onRefused(): void;
  subscribe(listener: () => void): () => void;
}

/** Something that tells listeners when it has changed. */
export class Observable {
  readonly #listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
