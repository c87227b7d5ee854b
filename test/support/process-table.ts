import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Ended, but its parent has not asked how. */
  readonly zombie: boolean;
}

/** All processes that a process has started, theirs included. */
export function descendantsOf(pid: number): number[] {
  const all = processes();
  const childrenOf = (parent: number): number[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each.pid, ...childrenOf(each.pid)]);
  return childrenOf(pid);
}

/** Which of these processes still run. */
export function running(pids: readonly number[]): number[] {
  return processes().flatMap(({ pid, zombie }) => (pids.includes(pid) && !zombie ? pid : []));
}

/** From /proc where there is one: small machines have no `ps`. */
function processes(): Process[] {
  if (!existsSync('/proc/self/stat')) return processesByPs();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // proc(5): pid (name) state ppid …; the name may hold spaces and brackets.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), parent: Number(parent), zombie: state === 'Z' }];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
}

function processesByPs(): Process[] {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,stat='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return state === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), zombie: state.startsWith('Z') }];
  });
}
