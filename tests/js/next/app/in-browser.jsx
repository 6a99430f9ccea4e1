"use client";

import { useEffect, useState } from "react";

import { decide } from "./decide.js";

export function InBrowser({ store }) {
  const [color, setColor] = useState();
  useEffect(() => {
    decide(store).then(setColor, (error) => setColor(String(error)));
  }, [store]);
  return color && <p id="in-browser">{color}</p>;
}
