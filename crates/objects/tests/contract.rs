//! The contract that the publisher relies on, checked on every kind of object store.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{path::Path, sync::Arc};

use edgewise_objects::{Condition, Directory, ObjectStore, Put};

/// Runs a check on a fresh store of each kind.
async fn on_each_store(check: impl AsyncFn(Arc<dyn ObjectStore>)) {
    let directory = tempfile::tempdir().unwrap();
    check(Arc::new(Directory::open(&directory.path().join("not/yet/there")).unwrap())).await;
}

#[tokio::test]
async fn an_object_is_written_only_under_its_condition() {
    on_each_store(async |store| {
        let path = "configs/prod/version.json";
        assert_eq!(store.get(path).await.unwrap(), None);
        assert_eq!(store.put(path, b"0", Condition::Matches("\"x\"")).await.unwrap(), Put::Refused);
        assert_eq!(store.put(path, b"1", Condition::Absent).await.unwrap(), Put::Written);
        assert_eq!(store.put(path, b"2", Condition::Absent).await.unwrap(), Put::Refused);
        let first = store.get(path).await.unwrap().unwrap();
        assert_eq!(first.bytes, b"1");
        assert_eq!(store.put(path, b"3", Condition::Matches(&first.etag)).await.unwrap(), Put::Written);
        assert_eq!(store.put(path, b"4", Condition::Matches(&first.etag)).await.unwrap(), Put::Refused);
        assert_eq!(store.get(path).await.unwrap().unwrap().bytes, b"3");
    })
    .await;
}

#[tokio::test]
async fn one_of_many_concurrent_writers_succeeds() {
    on_each_store(async |store| {
        let writers: Vec<_> = (0..16u8)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    (number, store.put("configs/e/1.json", &[number], Condition::Absent).await)
                })
            })
            .collect();
        let mut winners = Vec::new();
        for writer in writers {
            let (number, put) = writer.await.unwrap();
            if put.unwrap() == Put::Written {
                winners.push(number);
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(store.get("configs/e/1.json").await.unwrap().unwrap().bytes, winners);
    })
    .await;
}

#[tokio::test]
async fn readers_never_read_a_partial_object() {
    on_each_store(async |store| {
        let path = "configs/e/version.json";
        store.put(path, &[0; 100_000], Condition::Absent).await.unwrap();
        let writer = store.clone();
        let writing = tokio::spawn(async move {
            for number in 1..50u8 {
                let etag = writer.get(path).await.unwrap().unwrap().etag;
                writer.put(path, &vec![number; 100_000], Condition::Matches(&etag)).await.unwrap();
            }
        });
        while !writing.is_finished() {
            let bytes = store.get(path).await.unwrap().unwrap().bytes;
            assert!(bytes.len() == 100_000 && bytes.iter().all(|byte| *byte == bytes[0]));
        }
        writing.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn paths_outside_of_the_directory_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("secret"), "x").unwrap();
    let store = Directory::open(&directory.path().join("store")).unwrap();
    for path in ["../secret", "/etc/passwd", "a/../../secret", "", "a//b", ".lock", "a\0b", "a\\..\\b"] {
        assert!(store.get(path).await.is_err(), "{path:?}");
        assert!(store.put(path, b"", Condition::Absent).await.is_err(), "{path:?}");
    }
}

#[tokio::test]
async fn a_directory_has_one_writer_and_any_number_of_readers() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Directory::open(directory.path()).unwrap();
    let problem = Directory::open(directory.path()).unwrap_err().to_string();
    assert!(problem.contains("another process publishes"), "{problem}");
    let reader = Directory::read_only(directory.path());
    writer.put("configs/a", b"1", Condition::Absent).await.unwrap();
    assert_eq!(reader.get("configs/a").await.unwrap().unwrap().bytes, b"1");
    assert!(reader.put("configs/b", b"1", Condition::Absent).await.is_err());
    drop(writer);
    Directory::open(directory.path()).unwrap();
}

#[tokio::test]
async fn unfinished_files_of_a_killed_process_are_removed_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Directory::open(directory.path()).unwrap();
    let object = "configs/prod/snapshots/1.json";
    writer.put(object, b"1", Condition::Absent).await.unwrap();
    let left = [".writing-a", "configs/prod/.writing-b", "configs/prod/snapshots/.writing-c"];
    let left = left.map(|path| directory.path().join(path));
    for path in &left {
        std::fs::write(path, "half").unwrap();
    }
    // Other files are kept. A process that only reads, or does not get the lock, removes nothing.
    let other_file = directory.path().join("configs/prod/notes.txt");
    std::fs::write(&other_file, "").unwrap();
    drop(Directory::read_only(directory.path()));
    assert!(Directory::open(directory.path()).is_err() && left.iter().all(|path| path.exists()));

    drop(writer);
    let writer = Directory::open(directory.path()).unwrap();
    assert!(!left.iter().any(|path| path.exists()));
    assert!(other_file.exists());
    assert_eq!(writer.get(object).await.unwrap().unwrap().bytes, b"1");
}

#[tokio::test]
async fn a_directory_that_cannot_be_created_is_an_error_when_it_is_opened() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let problem = Directory::open(&Path::new(file.path()).join("below")).unwrap_err().to_string();
    assert!(problem.contains("cannot be written"), "{problem}");
    assert!(Directory::read_only(file.path()).get("configs/x").await.unwrap().is_none());
}
