//! Places where others could see the credential.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::harness::{TOKEN, Tailnet, eventually, watchdog_of};

/// Returns the texts of all files below a directory, with their names.
fn texts(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        found.push(path.display().to_string());
        if path.is_dir() {
            found.append(&mut texts(&path));
        } else {
            found.push(String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
        }
    }
    found
}

#[test]
fn the_credential_gets_to_the_watchdog_by_the_pipe_alone() {
    let tailnet = Tailnet::new("secrets").set("UNRELATED_SECRET", "VerySecretPart");
    let mut push = tailnet.push(Duration::from_secs(60));
    let id = push.until("ready");
    push.until("waiting");
    let watchdog = watchdog_of(push.id());

    let arguments = Command::new("ps").args(["-o", "args=", "-p", &watchdog.to_string()]).output().unwrap();
    let arguments = String::from_utf8(arguments.stdout).unwrap();
    assert!(arguments.trim().ends_with("watched-push watch"), "{arguments}");

    let secret = TOKEN.rsplit('-').next().unwrap();
    let process = Path::new("/proc").join(watchdog.to_string());
    if process.exists() {
        let environment = String::from_utf8(fs::read(process.join("environ")).unwrap()).unwrap();
        assert!(!environment.contains(secret) && !environment.contains("TAILSCALE"), "{environment}");
        // The variables of the push, to show that the search finds it.
        let of_push = fs::read(format!("/proc/{}/environ", push.id())).unwrap();
        assert!(String::from_utf8_lossy(&of_push).contains(secret));

        // It has pipes, and neither the terminal nor files of the push.
        let target = |entry: fs::DirEntry| Some(fs::read_link(entry.path()).ok()?.display().to_string());
        let targets = || -> Vec<String> {
            fs::read_dir(process.join("fd")).unwrap().filter_map(|entry| target(entry.ok()?)).collect()
        };
        let is_pipe = |target: &String| target.starts_with("pipe:") || target == "/dev/null";
        // It may be writing a file of its own.
        eventually(|| targets().iter().all(is_pipe).then_some(()));
    }
    let group = Command::new("ps").args(["-o", "pgid=", "-p", &watchdog.to_string()]).output().unwrap();
    assert_eq!(String::from_utf8(group.stdout).unwrap().trim(), watchdog.to_string());

    for text in texts(&tailnet.state) {
        assert!(!text.contains(secret), "{text}");
    }
    push.press_enter();
    let end = push.end();
    assert_eq!(end.status, Some(0));
    assert!(!end.output.contains(secret), "{end:?}");
    let (_, words) = tailnet.confirm(Some(&id));
    assert!(!words.contains(secret), "{words}");
    for text in texts(&tailnet.state) {
        assert!(!text.contains(secret), "{text}");
    }
}
