import { reactRouter } from "@react-router/dev/vite";

// Otherwise, Vite finds the packages of the routes only when a page requests them, and fails once for each.
export default { plugins: [reactRouter()], optimizeDeps: { entries: ["app/**/*.jsx"] } };
