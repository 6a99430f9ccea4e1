/** WASM files as runtimes import them: as a compiled module (workerd), or as the exports of an instance (Deno). */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
