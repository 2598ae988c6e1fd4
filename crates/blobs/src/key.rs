//! The name of a content: a provider and a hash, and nothing else.

use pforte_core::kernel::ProviderId;

/// Where one content lies. Made only of a hash, so that nothing from outside leads anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    provider: ProviderId,
    hash: String,
}

impl Key {
    /// `None` unless `hash` is 64 small hex letters.
    pub fn new(provider: ProviderId, hash: &str) -> Option<Self> {
        let sound =
            hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        sound.then(|| Self { provider, hash: hash.to_owned() })
    }

    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Which of 256 parts it lies in.
    pub fn part(&self) -> u8 {
        u8::from_str_radix(&self.hash[..2], 16).unwrap_or_default()
    }

    /// Provider, part and hash, with slashes between.
    pub fn path(&self) -> String {
        format!("{}{}", part_path(self.provider, self.part()), self.hash)
    }
}

/// What the paths of all contents in a part begin with.
pub fn part_path(provider: ProviderId, part: u8) -> String {
    format!("{}/{part:02x}/", provider_path(provider))
}

/// What the paths of all contents of a provider begin with.
pub fn provider_path(provider: ProviderId) -> String {
    provider.0.simple().to_string()
}
