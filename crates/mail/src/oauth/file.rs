//! Secrets in files: read whole, written so that there is always a whole one, for its owner only.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::SecretString;
use tokio::time::{Instant, sleep};

/// Longer than any secret.
const BYTES_MOST: u64 = 64 * 1024;
const TRY_EVERY: Duration = Duration::from_millis(50);

/// What the file holds, without white space around it; an empty one is an error.
pub fn read(path: &Path) -> io::Result<SecretString> {
    let mut text = String::new();
    File::open(path)?.take(BYTES_MOST).read_to_string(&mut text)?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is empty"));
    }
    if secret.contains(|c: char| c.is_control()) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the file must hold the secret and nothing else",
        ));
    }
    Ok(secret.into())
}

/// Writes a secret with mode 0600: beside the file first, then in its place.
pub async fn write(path: PathBuf, secret: SecretString) -> io::Result<()> {
    let written = tokio::task::spawn_blocking(move || write_now(&path, &secret)).await;
    written.map_err(|_| io::Error::other("writing it failed"))?
}

fn write_now(path: &Path, secret: &SecretString) -> io::Result<()> {
    use secrecy::ExposeSecret;
    let beside = beside(path, "new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    // One that a crash left may have another mode.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(secret.expose_secret().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Keeps other processes from exchanging the same token, until it is dropped. Where no lock can be had (a
/// folder that cannot be written to, somebody who holds it for long) it goes on without.
pub async fn lock(path: &Path, within: Duration) -> Option<File> {
    let at = beside(path, "lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(at).ok()?;
    let until = Instant::now() + within;
    while file.try_lock().is_err() {
        if Instant::now() >= until {
            return None;
        }
        sleep(TRY_EVERY).await;
    }
    Some(file)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(end);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[tokio::test]
    async fn a_secret_is_written_for_its_owner_only_also_over_an_open_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("refresh");
        for at in [&path, &beside(&path, "new")] {
            fs::write(at, "an old one").expect("writes");
            fs::set_permissions(at, Permissions::from_mode(0o644)).expect("a mode");
        }
        write(path.clone(), "a new one".into()).await.expect("writes");
        assert_eq!(read(&path).expect("reads").expose_secret(), "a new one");
        assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        assert!(!beside(&path, "new").exists());
    }

    #[test]
    fn what_is_no_secret_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        for text in ["", " \n", "two\nlines"] {
            fs::write(&path, text).expect("writes");
            assert!(read(&path).is_err(), "{text:?}");
        }
    }
}
