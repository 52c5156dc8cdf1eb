//! Counter-based randomness: keys from names, draws from counters.
//!
//! Invariant: a draw depends on its key and its counter alone, so the order of questions never matters. The mixer is
//! SplitMix64's finaliser; uniforms and normals use only integer work, + − × ÷, so every platform gets the same bits.
//!
//! Must not know: what is drawn.

/// SplitMix64's increment.
const G: u64 = 0x9E37_79B9_7F4A_7C15;

/// Odd factors that turn one draw into further ones.
pub const K: [u64; 6] = [
    0xD6E8_FEB8_6659_FD93,
    0xA076_1D64_78BD_642F,
    0xE703_7ED1_A0B4_28DB,
    0x8EBC_6AF0_9C88_C6E3,
    0x5899_65CC_7537_4CC3,
    0x1D8E_4E27_C47D_124F,
];

/// SplitMix64's finaliser.
pub const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The key of the stream `name` under `seed`.
pub fn key(seed: u64, name: &str) -> u64 {
    name.bytes().fold(mix(seed.wrapping_add(G)), |k, b| mix((k ^ u64::from(b)).wrapping_add(G)))
}

/// The draw number `ctr` of a stream.
#[inline]
pub const fn draw(key: u64, ctr: u64) -> u64 {
    mix(key.wrapping_add(ctr.wrapping_mul(G)))
}

/// A bell-shaped value of mean 0 and variance 1 within ±3.47: the centred sum of the draw's four 16-bit lanes.
#[inline]
pub fn z4(h: u64) -> f64 {
    let sum = (h & 0xFFFF) + ((h >> 16) & 0xFFFF) + ((h >> 32) & 0xFFFF) + (h >> 48);
    (sum as f64 - 131_070.0) / 37_837.227
}

/// A uniform in [0, 1).
#[inline]
pub fn unit(h: u64) -> f64 {
    (h >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A further uniform from the same draw; `which` counts from 0 to 5.
#[inline]
pub fn further(h: u64, which: usize) -> f64 {
    let factor = K.get(which).copied().unwrap_or(1);
    let product = (h ^ (h >> 29)).wrapping_mul(factor);
    unit(product ^ (product >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_mean_zero_and_variance_one_and_uniforms_fill_their_range() {
        let k = key(42, "test");
        let n = 100_000_u64;
        let (mut sum, mut square, mut uniform, mut cross) = (0.0, 0.0, [0.0; 6], 0.0);
        for ctr in 0..n {
            let h = draw(k, ctr);
            let z = z4(h);
            sum += z;
            square += z * z;
            for (which, u) in uniform.iter_mut().enumerate() {
                let value = further(h, which);
                assert!((0.0..1.0).contains(&value));
                *u += value;
            }
            cross += z * (further(h, 0) - 0.5);
        }
        let n = n as f64;
        assert!((sum / n).abs() < 0.02, "mean {}", sum / n);
        assert!((square / n - 1.0).abs() < 0.02, "variance {}", square / n);
        assert!((cross / n).abs() < 0.01, "the second uniform follows the normal: {}", cross / n);
        for u in uniform {
            assert!((u / n - 0.5).abs() < 0.01, "mean of a uniform {}", u / n);
        }
    }

    #[test]
    fn names_and_seeds_make_different_keys() {
        assert_ne!(key(1, "AAPL"), key(2, "AAPL"));
        assert_ne!(key(1, "AAPL"), key(1, "AAPM"));
        assert_ne!(key(1, "ab"), key(1, "ba"));
    }
}
