import { useState } from "react";
import { remember, remembered } from "./memory";

export type Theme = "auto" | "light" | "dark";

export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

/** Give the page the theme that was chosen before; the system's when none was. */
export function applyTheme(theme: Theme = chosenTheme()): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme) => {
    remember("theme", next === "auto" ? null : next);
    applyTheme(next);
    setTheme(next);
  };
  return [theme, choose];
}

function chosenTheme(): Theme {
  const name = remembered("theme");
  return THEMES.find((theme) => theme === name) ?? "auto";
}
