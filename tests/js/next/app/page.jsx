import { InBrowser } from "./in-browser.jsx";
import { decide } from "./decide.js";

// Decided for each request, not at build time.
export const dynamic = "force-dynamic";

export default async function Page() {
  const store = process.env.STORE;
  return (
    <main>
      <p id="on-server">{await decide(store)}</p>
      <InBrowser store={store} />
    </main>
  );
}
