//! Rate and volume: bounded steps, and what they do to samples. Pure.

/// How fast is spoken, in steps around the usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate(i8);

/// Slowest step: half the usual speed.
const RATE_MIN: i8 = -3;
/// Fastest step: two and a half times the usual, which practised listeners ask for.
const RATE_MAX: i8 = 5;
/// What each step is, in percent of the usual speed, from the slowest.
const RATE_PERCENT: [u16; 9] = [50, 65, 80, 100, 120, 145, 175, 210, 250];

impl Rate {
    /// One step slower, if there is one.
    #[must_use]
    pub fn slower(self) -> Self {
        Self((self.0 - 1).max(RATE_MIN))
    }

    /// One step faster, if there is one.
    #[must_use]
    pub fn faster(self) -> Self {
        Self((self.0 + 1).min(RATE_MAX))
    }

    /// Percent of the usual speed, 50 to 250.
    pub fn percent(self) -> u16 {
        let at = usize::try_from(self.0 - RATE_MIN).unwrap_or_default();
        RATE_PERCENT.get(at).copied().unwrap_or(100)
    }
}

/// How loud is spoken, in steps around the usual.
///
/// The usual volume lies 8 dB below what the synthesizer sends. When a terminal is set up, the system's mixer is
/// set so that the usual volume gives at most 65 dBA (EN 301 549, 5.1.3.12 and 5.1.3.13); from then on nobody touches it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume(i8);

/// Decibels of one step.
const STEP_DB: i32 = 4;
/// Decibels of the usual volume.
const USUAL_DB: i32 = -8;
const VOLUME_MIN: i8 = -4;
const VOLUME_MAX: i8 = 4;

impl Volume {
    /// One step louder, if there is one.
    #[must_use]
    pub fn louder(self) -> Self {
        Self((self.0 + 1).min(VOLUME_MAX))
    }

    /// One step quieter, if there is one. Never silent: who can't hear it could not find the way back.
    #[must_use]
    pub fn quieter(self) -> Self {
        Self((self.0 - 1).max(VOLUME_MIN))
    }

    /// Gain in decibels against what the synthesizer sends, -24 to 8.
    pub fn decibels(self) -> i32 {
        USUAL_DB + i32::from(self.0) * STEP_DB
    }

    /// Scales samples; what would be louder than a sample can be is cut off.
    pub fn scale(self, samples: &mut [i16]) {
        // Gains in 1/256: 10^(dB/20) * 256 for -24, -20, … 8 dB.
        const GAINS: [i32; 9] = [16, 26, 41, 64, 102, 162, 256, 406, 643];
        let at = usize::try_from(self.0 - VOLUME_MIN).unwrap_or_default();
        let gain = GAINS.get(at).copied().unwrap_or(102);
        for sample in samples {
            let scaled = i32::from(*sample) * gain / 256;
            let bounded = scaled.clamp(i16::MIN.into(), i16::MAX.into());
            *sample = i16::try_from(bounded).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gains_are_the_decibels_told() {
        for step in VOLUME_MIN..=VOLUME_MAX {
            let mut sample = [10_000];
            Volume(step).scale(&mut sample);
            let wanted = 10_000.0 * 10f64.powf(f64::from(Volume(step).decibels()) / 20.0);
            let wanted = wanted.min(32_767.0);
            assert!(
                (f64::from(sample[0]) - wanted).abs() / wanted < 0.02,
                "{step}: {sample:?}, {wanted}"
            );
        }
    }

    proptest! {
        #[test]
        fn steps_stay_in_bounds(ups in prop::collection::vec(any::<bool>(), 0..60)) {
            let (mut rate, mut volume) = (Rate::default(), Volume::default());
            for up in ups {
                (rate, volume) = if up { (rate.faster(), volume.louder()) } else { (rate.slower(), volume.quieter()) };
                prop_assert!((50..=250).contains(&rate.percent()));
                prop_assert!((-24..=8).contains(&volume.decibels()));
            }
        }

        #[test]
        fn each_step_is_heard(up in 0..8_i8) {
            prop_assert!(Rate(up - 3).percent() < Rate(up - 3).faster().percent());
            prop_assert!(Volume(up - 4).decibels() < Volume(up - 4).louder().decibels());
        }

        #[test]
        fn samples_keep_their_sign_and_order(a in any::<i16>(), b in any::<i16>(), step in -4..=4_i8) {
            let mut samples = [a, b];
            Volume(step).scale(&mut samples);
            prop_assert!(i32::from(samples[0]) * i32::from(a) >= 0);
            prop_assert!((a <= b) == (samples[0] <= samples[1]) || samples[0] == samples[1]);
        }
    }
}
