//! Snapshots and properties of the face.

mod fixture;
mod probe;

#[test]
fn look() {
    for (w, h) in [(160, 48), (100, 30), (80, 24)] {
        let model = fixture::staged(w, h);
        let (buffer, _) = probe::frame(&model, &probe::theme());
        println!("{}", probe::text(&buffer, buffer.area));
    }
}
