//! Ephemeral keys, made before they are needed: while the citizen reads who asks (eid.read_host_ms).
use crate::curve::KeyPair;
use crate::pace::EphemeralKeys;
use rand_core::CryptoRng;

/// All ephemeral keys of one dialogue, with those public keys that don't depend on the card. Used up by one dialogue,
/// overwritten on drop.
pub struct Prepared {
    /// For PACE with the CAN that comes before the PIN.
    pub(crate) can: EphemeralKeys,
    /// For PACE with the password that opens the card.
    pub(crate) main: EphemeralKeys,
    /// For chip authentication.
    pub(crate) chip: KeyPair,
}

impl Prepared {
    /// Makes the keys. `random` is used during this call only.
    pub fn new(random: &mut impl CryptoRng) -> Self {
        Self {
            can: EphemeralKeys::generate(random),
            main: EphemeralKeys::generate(random),
            chip: KeyPair::generate(random),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::collections::BTreeSet;

    #[test]
    fn ts_pace_1_9_no_key_comes_twice() {
        let mut random = StdRng::seed_from_u64(1);
        let publics = |keys: Prepared| {
            let agreement = |keys: &EphemeralKeys| {
                let generator = crate::curve::Point::generator();
                generator.times(&keys.agreement).unwrap().encode().unwrap().to_vec()
            };
            let [can, main] = [agreement(&keys.can), agreement(&keys.main)];
            let mapping = |keys: &EphemeralKeys| keys.mapping.public().to_vec();
            [
                mapping(&keys.can),
                can,
                mapping(&keys.main),
                main,
                keys.chip.public().to_vec(),
            ]
        };
        let both = [Prepared::new(&mut random), Prepared::new(&mut random)];
        let different: BTreeSet<_> = both.into_iter().flat_map(publics).collect();
        assert_eq!(different.len(), 10);
    }
}
