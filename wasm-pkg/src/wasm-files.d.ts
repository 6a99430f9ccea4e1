/** WASM files as runtimes import them: compiled (workerd), or as an instance's exports (Deno). */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
