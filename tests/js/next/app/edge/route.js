import { decide } from "../decide.js";

export const runtime = "edge";

export async function GET() {
  return new Response(await decide(process.env.STORE));
}
