/** A browser's storage, for tests: its names are its properties. `room`: how many characters it holds. */
export function memoryStorage(content: Record<string, string> = {}, room = Number.POSITIVE_INFINITY): Storage {
  const used = (storage: object) => Object.entries(storage).flat().join("").length;
  const methods = {
    getItem(this: Record<string, string>, name: string) {
      return Object.hasOwn(this, name) ? this[name] : null;
    },
    setItem(this: Record<string, string>, name: string, value: string) {
      if (used({ ...this, [name]: value }) > room) throw new DOMException("full", "QuotaExceededError");
      this[name] = value;
    },
    removeItem(this: Record<string, string>, name: string) {
      Reflect.deleteProperty(this, name);
    },
  };
  return Object.assign(Object.create(methods), content);
}
