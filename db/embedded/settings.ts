/**
 * Server settings, given on the command line so that they follow the code and not the file that initdb once wrote.
 * Sized for a machine with two cores and little memory; an own server by DATABASE_URL has its own.
 */
export function serverSettings(port: number, durable: boolean): Record<string, string> {
  return {
    listen_addresses: "127.0.0.1",
    port: String(port),
    // A socket path may be longer than the system allows, and nobody needs one.
    unix_socket_directories: "",
    max_connections: "200",
    shared_buffers: "128MB",
    effective_cache_size: "512MB",
    maintenance_work_mem: "64MB",
    max_wal_size: "1GB",
    random_page_cost: "1.1",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    log_checkpoints: "off",
    logging_collector: "off",
    cluster_name: "switchyard",
    // synchronous_commit stays on: without it a killed server would forget its last commits, which tests do look for.
    ...(durable ? {} : { fsync: "off", full_page_writes: "off" }),
  };
}
