//! Namespaces of its own for a program, which the kernel removes with everything in them.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// The argument that says that a program is already inside.
const INSIDE: &str = "--inside-namespaces";

/// `unshare` with new namespaces for mounts, networks and processes.
///
/// The program becomes the first process of its namespace. When it ends, for any reason, the kernel
/// kills all others and removes the networks and mounts.
const UNSHARE: [&str; 7] =
    ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation=private"];

/// Returns why this machine cannot make the namespaces, if it cannot.
pub fn obstacle() -> Option<String> {
    let runs = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !runs("ip", &["-V"]) {
        return Some("there is no program ip".to_owned());
    }
    // With `/run` in a mount of its own, `ip netns` leaves no file.
    let inside = "mount -t tmpfs lab /run && ip netns add lab && ip link add lab0 type bridge";
    let arguments: Vec<&str> = UNSHARE.into_iter().chain(["sh", "-c", inside]).collect();
    if !runs("unshare", &arguments) {
        return Some("this user cannot make network namespaces".to_owned());
    }
    (!std::path::Path::new("/dev/net/tun").exists()).then(|| "there is no /dev/net/tun".to_owned())
}

/// Returns whether this process is inside, with the arguments that it got.
pub fn arguments() -> (bool, Vec<String>) {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_inside = arguments.first().is_some_and(|first| first == INSIDE);
    if is_inside {
        arguments.remove(0);
    }
    (is_inside, arguments)
}

/// Runs this program again inside, and returns how it ended.
pub fn run_inside(arguments: &[String]) -> ExitCode {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new("unshare");
    command.args(UNSHARE).arg(program).arg(INSIDE).args(arguments).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It stays open as long as this process lives.
    let lifeline = child.stdin.take();
    let status = child.wait().unwrap();
    drop(lifeline);
    ExitCode::from(u8::from(!status.success()))
}

/// Ends this process, and with it everything inside, as soon as the process outside has ended.
///
/// Also mounts an empty folder over `/run`, so that no file of the machine is written, and returns
/// a folder in it.
pub fn enter() -> PathBuf {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(1);
    });
    crate::program::run("mount", &["-t", "tmpfs", "lab", "/run"]);
    let folder = PathBuf::from("/run/lab");
    std::fs::create_dir(&folder).unwrap();
    folder
}
