package drill

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// cores are the processor cores that this process may use.
func cores() []int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil
	}
	var list []int
	for i := range len(set) * 64 {
		if set.IsSet(i) {
			list = append(list, i)
		}
	}
	return list
}

// startOn starts a process that stays on one core: a child inherits the cores
// of the thread that starts it. A negative core is any. If the drill is killed,
// the process gets the signal: nothing outlives it.
func startOn(c *exec.Cmd, core int, orphan syscall.Signal) error {
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: orphan}
	if core < 0 {
		return c.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("ask for the cores of this process: %w", err)
	}
	one.Set(core)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return fmt.Errorf("keep a process on core %d: %w", core, err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }() // was allowed before
	return c.Start()
}

// stayOn keeps every thread of this process, and those to come, on a core, until
// the function that it returns is called.
func stayOn(core int) (release func(), err error) {
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return nil, fmt.Errorf("ask for the cores of this process: %w", err)
	}
	one.Set(core)
	if err := allThreads(&one); err != nil {
		return nil, fmt.Errorf("keep this process on core %d: %w", core, err)
	}
	procs := runtime.GOMAXPROCS(1)
	return func() {
		_ = allThreads(&before) // were allowed before
		runtime.GOMAXPROCS(procs)
	}, nil
}

func allThreads(set *unix.CPUSet) error {
	return eachThread(func(id int) error { return unix.SchedSetaffinity(id, set) })
}

// eachThread does something to each thread of this process; threads to come
// inherit it.
func eachThread(do func(id int) error) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := do(id); err != nil && err != unix.ESRCH { // it may have ended
			return err
		}
	}
	return nil
}

// yield lets other processes on the core go first: nice is from 0 to 19.
func yield(nice int) error {
	return eachThread(func(id int) error { return unix.Setpriority(unix.PRIO_PROCESS, id, nice) }) // Linux does not do it for a whole process
}

// openFiles raises the bound of open files as far as allowed and returns it.
func openFiles() (uint64, error) {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, fmt.Errorf("ask how many files may be open: %w", err)
	}
	l.Cur = l.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, fmt.Errorf("raise how many files may be open: %w", err)
	}
	return l.Cur, nil
}

// usage is what a process holds and has used.
type usage struct {
	resident int64 // bytes, now
	peak     int64 // bytes, the most since it started
	cpu      time.Duration
}

// clockTick is the kernel's unit of time in /proc (USER_HZ, 100 on all
// architectures that Go knows).
const clockTick = 10 * time.Millisecond

// usageOf reads /proc (proc(5)).
func usageOf(pid int) (usage, error) {
	var u usage
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, fmt.Errorf("look at process %d: %w", pid, err)
	}
	for line := range bytes.Lines(status) {
		key, value, _ := strings.Cut(string(line), ":")
		if key != "VmRSS" && key != "VmHWM" {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return u, fmt.Errorf("read %s of process %d: %w", key, pid, err)
		}
		if key == "VmRSS" {
			u.resident = n << 10
		} else {
			u.peak = n << 10
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, fmt.Errorf("look at process %d: %w", pid, err)
	}
	_, rest, _ := bytes.Cut(stat, []byte(") ")) // the command's name may hold blanks
	f := strings.Fields(string(rest))
	if len(f) < 13 {
		return u, fmt.Errorf("process %d has no times", pid)
	}
	for _, field := range f[11:13] { // utime and stime
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return u, fmt.Errorf("read the times of process %d: %w", pid, err)
		}
		u.cpu += time.Duration(n) * clockTick
	}
	return u, nil
}

// childrenOf are the processes that a process started and that still run; none
// where that can't be told. (proc(5), /proc/pid/task/tid/children)
func childrenOf(pid int) []int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var list []int
	for _, f := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(f); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// busyOf is how long a core has worked since the machine started, for anybody
// (proc_stat(5)).
func busyOf(core int) (time.Duration, error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("look at core %d: %w", core, err)
	}
	for line := range bytes.Lines(stat) {
		f := strings.Fields(string(line))
		if len(f) < 9 || f[0] != fmt.Sprintf("cpu%d", core) {
			continue
		}
		var busy time.Duration
		for _, i := range []int{1, 2, 3, 6, 7, 8} { // user, nice, system, irq, softirq, steal
			n, err := strconv.ParseInt(f[i], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read the times of core %d: %w", core, err)
			}
			busy += time.Duration(n) * clockTick
		}
		return busy, nil
	}
	return 0, fmt.Errorf("there is no core %d", core)
}
