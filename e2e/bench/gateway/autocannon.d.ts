/** The part of the load generator that the benchmark uses; the package brings no types. */
declare module "autocannon" {
  interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Seconds until a request counts as lost. */
    timeout: number;
    method: "POST";
    headers: Record<string, string>;
    body: string;
    /** Sees every answer's body; false makes it a mismatch. */
    verifyBody?: (body: string) => boolean;
  }
  interface Instance extends PromiseLike<{ errors: number; timeouts: number }> {
    on(event: "response", listener: (client: unknown, status: number, bytes: number, latencyMs: number) => void): void;
  }
  export default function autocannon(options: Options): Instance;
}
