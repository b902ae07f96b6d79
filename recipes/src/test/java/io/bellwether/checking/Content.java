package io.bellwether.checking;

import org.jspecify.annotations.Nullable;

/**
 * What stood under a key, as somebody saw it.
 *
 * @param value null where only the version was told, and for {@link #ABSENT}
 * @param version the ETag, which is the index of the write that put it there; 0 if it was not told
 */
public record Content(@Nullable String value, long version) {
    /** Nothing stood there. */
    public static final Content ABSENT = new Content(null, 0);

    public boolean absent() {
        return value == null && version == 0;
    }

    /** Whether somebody who says this can mean that. */
    enum Likeness {
        YES,
        NO,
        /** A version is said, and that of what is there isn't known. */
        PERHAPS
    }

    Likeness like(Content there) {
        if (absent() || there.absent()) {
            return absent() && there.absent() ? Likeness.YES : Likeness.NO;
        }
        if (version > 0 && there.version > 0) {
            return version == there.version && !contradicts(there) ? Likeness.YES : Likeness.NO;
        }
        if (contradicts(there)) {
            return Likeness.NO;
        }
        return version > 0 ? Likeness.PERHAPS : Likeness.YES;
    }

    private boolean contradicts(Content other) {
        return value != null && other.value != null && !value.equals(other.value);
    }

    @Override
    public String toString() {
        if (absent()) {
            return "nothing";
        }
        return (value == null ? "?" : value) + (version > 0 ? "@" + version : "");
    }
}
