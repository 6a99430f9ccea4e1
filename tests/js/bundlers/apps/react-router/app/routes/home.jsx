import { useEffect, useState } from "react";

import { decide } from "../decide.js";

export async function loader() {
  const store = process.env.STORE;
  return { color: await decide(store), store };
}

export default function Home({ loaderData }) {
  const [color, setColor] = useState();
  useEffect(() => {
    decide(loaderData.store).then(setColor, (error) => setColor(String(error)));
  }, [loaderData.store]);
  return (
    <main>
      <p id="on-server">{loaderData.color}</p>
      {color && <p id="in-browser">{color}</p>}
    </main>
  );
}
