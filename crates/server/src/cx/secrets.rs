//! Secret keys. They lie in a file outside the database, or come from the environment, and are given
//! to the server as values; sealing and token signing happen here.

use std::fmt;

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// The beginning of an Ed25519 private key in PKCS #8 (RFC 8410 §7), before the 32 bytes of the seed.
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Every key the server holds. Never printed.
pub struct Secrets {
    /// PINs and word pairs are derived from it.
    pub pin: [u8; 32],
    /// Marks our Message-IDs, so that a forged reference joins nothing; derived from the PIN's key.
    pub mail: [u8; 32],
    /// Short codes that are read out are hashed with it; derived like the other.
    codes: [u8; 32],
    seal: XChaCha20Poly1305,
    /// The first one signs; the others are still published, so that tokens stay verifiable.
    tokens: Vec<TokenKey>,
}

/// A key that signs the gateway's tokens.
pub struct TokenKey {
    kid: String,
    public: String,
    signing: EncodingKey,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// A public key as JWKS shows it (RFC 7517, RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    pub kty: &'static str,
    pub crv: &'static str,
    pub alg: &'static str,
    #[serde(rename = "use")]
    pub usage: &'static str,
    pub kid: String,
    pub x: String,
}

impl TokenKey {
    /// From the seed of an Ed25519 key; `None` only if the cryptography library refuses the seed.
    pub fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public = pair.public_key().as_ref().to_vec();
        let mut der = PKCS8_PREFIX.to_vec();
        der.extend_from_slice(seed);
        let signing = EncodingKey::from_ed_der(&der);
        der.zeroize();
        let kid = HEXLOWER.encode(&Sha256::digest(&public)[..8]);
        Some(Self { kid, public: BASE64URL_NOPAD.encode(&public), signing })
    }

    fn public(&self) -> PublicKey {
        PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            usage: "sig",
            kid: self.kid.clone(),
            x: self.public.clone(),
        }
    }
}

impl Secrets {
    /// `tokens` must hold one or two keys; the first signs.
    pub fn new(pin: [u8; 32], seal: &[u8; 32], tokens: Vec<TokenKey>) -> Self {
        Self {
            mail: derived(&pin, b"pforte mail thread"),
            codes: derived(&pin, b"pforte read out codes"),
            pin,
            seal: XChaCha20Poly1305::new(seal.into()),
            tokens,
        }
    }

    /// What is kept of a short code. Without the key nobody can try them all.
    pub fn code_hash(&self, code: &str) -> String {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.codes), code.as_bytes());
        HEXLOWER.encode(tag.as_ref())
    }

    /// Encrypts a small secret for the database. `nonce` must be fresh.
    pub fn seal(&self, nonce: [u8; 24], plain: &[u8]) -> Option<String> {
        let sealed = self.seal.encrypt(&XNonce::from(nonce), plain).ok()?;
        Some(BASE64.encode(&[nonce.as_slice(), &sealed].concat()))
    }

    /// The reverse of [`Self::seal`]; `None` when it was not sealed with this key.
    pub fn open(&self, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64.decode(sealed.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>()?;
        self.seal.decrypt(&XNonce::from(*nonce), sealed).ok()
    }

    /// Signs claims (`typ` `at+jwt`, RFC 9068) with the first key.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let key = self.tokens.first().ok_or(jsonwebtoken::errors::ErrorKind::InvalidKeyFormat)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.signing)
    }

    /// The public halves, for the JWKS address.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.tokens.iter().map(TokenKey::public).collect()
    }
}

/// A key for one purpose, out of another key.
fn derived(key: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), purpose);
    let mut out = [0; 32];
    out.copy_from_slice(&tag.as_ref()[..32]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let key = TokenKey::from_seed(&[7; 32]).expect("any seed makes a key");
        Secrets::new([1; 32], &[2; 32], vec![key])
    }

    #[test]
    fn what_is_sealed_opens_only_with_the_same_key() {
        let sealed = secrets().seal([9; 24], b"totp").expect("seals");
        assert_eq!(secrets().open(&sealed).as_deref(), Some(b"totp".as_slice()));
        let other = Secrets::new([1; 32], &[3; 32], vec![]);
        assert_eq!(other.open(&sealed), None);
    }

    #[test]
    fn tokens_verify_with_the_published_key() {
        let secrets = secrets();
        let token = secrets
            .sign(&serde_json::json!({"sub": "u-1", "aud": "panel", "exp": 4_000_000_000_u64}))
            .expect("signs");
        let public = &secrets.public_keys()[0];
        let key = jsonwebtoken::DecodingKey::from_ed_components(&public.x).expect("reads");
        let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["panel"]);
        let read = jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).expect("verifies");
        assert_eq!(read.claims["sub"], "u-1");
        assert_eq!(read.header.typ.as_deref(), Some("at+jwt"));
    }
}
