// The theme, which a cookie holds, so that the server renders it.

/**
 * Changes the theme: from the system's to the other one, then to the system's own, fixed, and then back to following the
 * system. Returns the new theme: `light`, `dark`, or an empty string for the system's.
 */
export function change(path) {
  const root = document.documentElement;
  const [system, other] = matchMedia("(prefers-color-scheme: dark)").matches ? ["dark", "light"] : ["light", "dark"];
  const next = { [other]: system, [system]: "" }[root.dataset.theme] ?? other;
  document.cookie = `theme=${next}; path=${path}; max-age=${next ? 31_536_000 : 0}; samesite=lax`;
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  return next;
}
