import { remember, remembered } from "../ui/memory";
import { type Identity, Observable } from "./identity";

const DEFAULT_USER = "local-user";

/** On the local stack everybody is whom they say they are. */
export class LocalUser extends Observable implements Identity {
  #user = remembered("user") ?? DEFAULT_USER;

  get user(): string {
    return this.#user;
  }

  get label(): string {
    return this.#user;
  }

  /** Be `name` from now on; a blank one is the default user. */
  switchTo(name: string): void {
    this.#user = name.trim() || DEFAULT_USER;
    remember("user", this.#user === DEFAULT_USER ? null : this.#user);
    this.changed();
  }

  // Headers hold Latin-1 only, names need not.
  headers = async (): Promise<Record<string, string>> => ({ "X-User-Id": encodeURIComponent(this.#user) });

  onRefused = (): void => {};
}
