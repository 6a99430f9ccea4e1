import { decide } from "../decide.js";

export async function GET() {
  return new Response(await decide(process.env.STORE));
}
