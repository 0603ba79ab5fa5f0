//! Brightness of the display by day and by night, where the kernel knows its backlight (`/sys/class/backlight`).
use crate::config::Night;
use jiff::civil::Time;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the kernel shows backlights.
const BACKLIGHTS: &str = "/sys/class/backlight";
/// How often the clock is looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(60);

/// Dims at night from now on, on a thread of its own. Without a backlight nothing happens, and it is told once.
#[allow(clippy::disallowed_methods)] // the outermost program owns the clock
pub(crate) fn follow(night: Night) -> std::io::Result<()> {
    let work = move || {
        let mut told = false;
        loop {
            let percent = night.percent_at(host::clock::now().time());
            let set = set_all(Path::new(BACKLIGHTS), percent);
            if !told {
                told = true;
                match set {
                    Ok(0) => tracing::warn!("no backlight that could be dimmed at night"),
                    Ok(count) => tracing::info!(count, percent, "backlights follow day and night"),
                    Err(error) => {
                        tracing::warn!(%error, "the backlight can't be dimmed (is this user in the group video?)")
                    }
                }
            }
            std::thread::sleep(LOOKS_EVERY);
        }
    };
    std::thread::Builder::new()
        .name("backlight".to_owned())
        .spawn(work)
        .map(drop)
}

impl Night {
    /// Percent of the full brightness at that time of day. A night may go over midnight.
    fn percent_at(&self, now: Time) -> u8 {
        let (from, until) = (self.from, self.until);
        let dark = if from <= until {
            (from..until).contains(&now)
        } else {
            now >= from || now < until
        };
        if dark { self.percent } else { 100 }
    }
}

/// Sets all backlights below that folder; tells how many there are. One that is so bright already isn't written to.
fn set_all(folder: &Path, percent: u8) -> std::io::Result<usize> {
    let mut count = 0;
    let Ok(lights) = std::fs::read_dir(folder) else {
        return Ok(0);
    };
    for light in lights {
        set(&light?.path(), percent)?;
        count += 1;
    }
    Ok(count)
}

fn set(light: &Path, percent: u8) -> std::io::Result<()> {
    let number = |name: &str| -> std::io::Result<u64> {
        let text = std::fs::read_to_string(light.join(name))?;
        text.trim().parse().map_err(std::io::Error::other)
    };
    let brightness: PathBuf = light.join("brightness");
    // Never quite dark: 0 switches some displays off.
    let wanted = (number("max_brightness")? * u64::from(percent) / 100).max(1);
    if number("brightness")? != wanted {
        std::fs::write(brightness, wanted.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn a_night_may_go_over_midnight() {
        let night = |from: i8, until: i8| Night {
            from: time(from, 0, 0, 0),
            until: time(until, 30, 0, 0),
            percent: 30,
        };
        for (night, hours, percent) in [
            (night(21, 6), vec![21, 23, 0, 5, 6], 30),
            (night(21, 6), vec![7, 12, 20], 100),
            (night(1, 4), vec![1, 3, 4], 30),
            (night(1, 4), vec![0, 5, 12], 100),
        ] {
            for hour in hours {
                assert_eq!(night.percent_at(time(hour, 0, 0, 0)), percent, "{hour}");
            }
        }
    }

    #[test]
    fn backlights_are_set_and_never_switched_off() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(set_all(&folder.path().join("none"), 50).unwrap(), 0);
        let light = folder.path().join("10-0045");
        std::fs::create_dir(&light).unwrap();
        std::fs::write(light.join("max_brightness"), "255\n").unwrap();
        std::fs::write(light.join("brightness"), "255\n").unwrap();
        let now = || {
            std::fs::read_to_string(light.join("brightness"))
                .unwrap()
                .trim()
                .to_owned()
        };
        for (percent, wanted) in [(100, "255"), (40, "102"), (0, "1"), (100, "255")] {
            assert_eq!(set_all(folder.path(), percent).unwrap(), 1);
            assert_eq!(now(), wanted);
        }
        std::fs::write(light.join("max_brightness"), "bright").unwrap();
        assert!(set_all(folder.path(), 40).is_err());
    }
}
