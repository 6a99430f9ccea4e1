//! A directory on a file system that hangs. Separate from the tests of locks: for a moment, a started program holds the locks of the
//! process that starts the program.

use std::{fs, process::Command, time::Duration};

use edgewise_objects::{Directory, ObjectStore};

#[test]
fn a_file_on_which_the_file_system_hangs_occupies_one_thread() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(2).build();
    let directory = tempfile::tempdir().unwrap();
    // Opening a named pipe blocks until somebody writes to the pipe.
    let pipe = directory.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::write(directory.path().join("file"), "content").unwrap();
    runtime.unwrap().block_on(async {
        let store = Directory::read_only(directory.path());
        for _ in 0..100 {
            // Nobody waits for the read, as after a time limit.
            tokio::select! {
                biased;
                read = store.get("pipe") => unreachable!("{read:?}"),
                () = tokio::task::yield_now() => {}
            }
        }
        let file = tokio::time::timeout(Duration::from_secs(30), store.get("file")).await;
        // The read of the pipe ends, so that the runtime can stop.
        drop(fs::OpenOptions::new().write(true).open(&pipe).unwrap());
        assert_eq!(file.unwrap().unwrap().unwrap().bytes, b"content");
    });
}
