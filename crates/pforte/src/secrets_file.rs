//! The file with the secret keys: outside the database, readable by its owner only.
//!
//! The keys may come from the environment instead (`PFORTE_PIN_KEY`, `PFORTE_SEAL_KEY`,
//! `PFORTE_TOKEN_KEYS`), in the same spelling.

use std::{
    env,
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use data_encoding::BASE64;
use pforte_server::cx::{Secrets, TokenKey};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{Failure, sources::random};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    pin_key: SecretString,
    seal_key: SecretString,
    token_keys: Vec<SecretString>,
}

/// Makes a file with new keys. An existing one is never overwritten.
pub fn create(path: &Path) -> Result<(), Failure> {
    let key = || BASE64.encode(&random::<32>());
    let text = format!(
        "# Secret keys of this Pforte server. Whoever has them can derive PINs. Keep a copy in a safe place,\n\
         # apart from the database's. To rotate the token key, put a new one first and keep the old one\n\
         # second for an hour.\n\
         pin_key = \"{}\"\nseal_key = \"{}\"\ntoken_keys = [\"{}\"]\n",
        key(),
        key(),
        key()
    );
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| format!("cannot make {}: {e}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// Reads the keys from the environment if they are there, else from the file.
pub fn read(path: &Path) -> Result<Secrets, Failure> {
    let from_env = |name: &str| env::var(name).ok().map(SecretString::from);
    let from_env = (from_env("PFORTE_PIN_KEY"), from_env("PFORTE_SEAL_KEY"), from_env("PFORTE_TOKEN_KEYS"));
    let file = match from_env {
        (Some(pin_key), Some(seal_key), Some(tokens)) => {
            let token_keys = tokens.expose_secret().split(',').map(|k| k.trim().to_owned().into()).collect();
            File { pin_key, seal_key, token_keys }
        }
        (None, None, None) => read_file(path)?,
        _ => {
            return Err("PFORTE_PIN_KEY, PFORTE_SEAL_KEY and PFORTE_TOKEN_KEYS go together: set all three, \
                        or none and keep the keys in the file"
                .into());
        }
    };
    if !(1..=2).contains(&file.token_keys.len()) {
        return Err("token_keys holds one key, or two while the first one replaces the second".into());
    }
    let mut tokens = Vec::new();
    for key in &file.token_keys {
        let seed = decode("token_keys", key)?;
        tokens.push(TokenKey::from_seed(&seed).ok_or("token_keys: a key is not usable; make a new one")?);
    }
    Ok(Secrets::new(decode("pin_key", &file.pin_key)?, &decode("seal_key", &file.seal_key)?, tokens))
}

fn read_file(path: &Path) -> Result<File, Failure> {
    let shown = path.display();
    let meta = fs::metadata(path).map_err(|e| {
        format!("cannot read the secret keys at {shown}: {e}. `pforte init` makes them, or restore your copy")
    })?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(format!("{shown} is open to others; run: chmod 600 {shown}").into());
    }
    let me = rustix::process::geteuid().as_raw();
    if meta.uid() != me && me != 0 {
        return Err(format!("{shown} belongs to somebody else; run: chown {me} {shown}").into());
    }
    let text = fs::read_to_string(path).map_err(|e| format!("cannot read {shown}: {e}"))?;
    // The parser's own message would quote the line, and with it a key.
    toml::from_str(&text)
        .map_err(|_| format!("{shown} is not as `pforte init` made it: pin_key, seal_key, token_keys").into())
}

fn decode(name: &str, text: &SecretString) -> Result<[u8; 32], Failure> {
    let bytes = BASE64.decode(text.expose_secret().trim().as_bytes()).ok();
    let key = bytes.and_then(|b| <[u8; 32]>::try_from(b).ok());
    key.ok_or_else(|| format!("{name} is not 32 bytes in base 64; restore your copy of the keys").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_readable_by_their_owner_only() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("secrets.toml");
        create(&path).expect("makes keys");
        assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        assert!(read(&path).is_ok());
        assert!(create(&path).is_err(), "existing keys were overwritten");
    }

    #[test]
    fn keys_that_others_can_read_are_refused_with_what_to_do() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("secrets.toml");
        create(&path).expect("makes keys");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("opens it");
        let error = read(&path).expect_err("too open").to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn missing_and_broken_keys_are_told_apart_and_never_quoted() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("secrets.toml");
        assert!(read(&path).expect_err("missing").to_string().contains("pforte init"));
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).expect("opens");
        file.write_all(b"pin_key = \"hidden\"\nseal_key = [").expect("writes");
        let error = read(&path).expect_err("broken").to_string();
        assert!(!error.contains("hidden"), "{error}");
    }
}
