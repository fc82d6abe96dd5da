/** The CPU time of this process so far, in milliseconds. A test that measures work measures it, because machines are shared. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
