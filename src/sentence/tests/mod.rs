//! What is understood, how it prints, how what is wrong is said, and what it comes to in numbers.
