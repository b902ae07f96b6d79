package io.bellwether.replication;

/** Reads what {@link ByteSink} wrote. Strict: what is cut off, left over or written in another way is refused. */
public final class ByteSource {
    private final Bytes bytes;
    private int at;

    public ByteSource(Bytes bytes) {
        this.bytes = bytes;
    }

    public int octet() throws MalformedBytes {
        if (at == bytes.size()) {
            throw new MalformedBytes("it is cut off after " + at + " bytes");
        }
        return bytes.at(at++) & 0xff;
    }

    /** A number from 0 to {@link Long#MAX_VALUE} in its shortest form: each value has one encoding. */
    public long number() throws MalformedBytes {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int octet = octet();
            number |= (long) (octet & 0x7f) << shift;
            if (octet < 0x80) {
                if (octet == 0 && shift > 0) {
                    throw new MalformedBytes("the number before byte " + at + " is longer than it need be");
                }
                return number;
            }
        }
        throw new MalformedBytes("the number before byte " + at + " is too large");
    }

    public Bytes bytes() throws MalformedBytes {
        long length = number();
        if (length > bytes.size() - at) {
            throw new MalformedBytes("it is cut off: " + length + " bytes are announced at byte " + at + ", and "
                    + (bytes.size() - at) + " are there");
        }
        Bytes read = Bytes.copyOf(bytes.unsafeArray(), at, (int) length);
        at += (int) length;
        return read;
    }

    public String ascii() throws MalformedBytes {
        Bytes read = bytes();
        for (int i = 0; i < read.size(); i++) {
            if (read.at(i) < 0) {
                throw new MalformedBytes("the text before byte " + at + " is not ASCII");
            }
        }
        return read.utf8();
    }

    /** All that is left. */
    public Bytes rest() {
        Bytes read = Bytes.copyOf(bytes.unsafeArray(), at, bytes.size() - at);
        at = bytes.size();
        return read;
    }

    public boolean atEnd() {
        return at == bytes.size();
    }

    public void end() throws MalformedBytes {
        if (at != bytes.size()) {
            throw new MalformedBytes((bytes.size() - at) + " bytes are left over after byte " + at);
        }
    }
}
