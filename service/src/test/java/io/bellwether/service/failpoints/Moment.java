package io.bellwether.service.failpoints;

/** On which side of a step. */
enum Moment {
    BEFORE,
    AFTER
}
