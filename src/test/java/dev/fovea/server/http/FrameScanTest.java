package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameScanTest {
  private static final int PREFACE = 24;
  private static final int PING = 6;
  private static final int END_HEADERS = 4;

  private final List<List<Integer>> frames = new ArrayList<>();
  private final FrameScan scan =
      new FrameScan(PREFACE, (type, stream, length) -> frames.add(List.of(type, stream, length)));

  @Test
  void findsTheSameFramesHoweverTheBytesAreCut() {
    ByteBuf bytes = Unpooled.buffer().writeZero(PREFACE);
    frame(bytes, FrameScan.HEADERS, END_HEADERS, 0x7ffffff1, 70_000);
    frame(bytes, FrameScan.DATA, 0, 3, 0);
    frame(bytes, PING, 0, 0, 8);
    while (bytes.isReadable()) {
      scan.scan(bytes.readSlice(Math.min(7, bytes.readableBytes())));
    }
    assertThat(frames)
        .containsExactly(
            List.of(FrameScan.HEADERS, 0x7ffffff1, 70_000),
            List.of(FrameScan.DATA, 3, 0),
            List.of(PING, 0, 8));
    assertThat(scan.isUnfinished()).isFalse();
  }

  @Test
  void aHeadIsUnfinishedUntilItsLastFrameAndOneUnitOfMany() {
    assertThat(scan.isUnfinished()).as("no preface yet").isTrue();
    scan.scan(Unpooled.buffer().writeZero(PREFACE));
    scan.scan(frame(Unpooled.buffer(), FrameScan.HEADERS, 0, 1, 5));
    assertThat(scan.isUnfinished()).isTrue();
    scan.scan(frame(Unpooled.buffer(), FrameScan.CONTINUATION, 0, 1, 5));
    assertThat(scan.isUnfinished()).isTrue();
    assertThat(scan.numUnits()).isOne();
    scan.scan(frame(Unpooled.buffer(), FrameScan.CONTINUATION, END_HEADERS, 1, 5));
    assertThat(scan.isUnfinished()).isFalse();
  }

  @Test
  void ofABodyOnlyTheHeadsOfItsFramesAreWaitedFor() {
    scan.scan(Unpooled.buffer().writeZero(PREFACE));
    scan.scan(frame(Unpooled.buffer(), FrameScan.DATA, 0, 1, 9).slice(0, 12));
    assertThat(scan.isUnfinished()).isFalse();
    scan.scan(Unpooled.buffer().writeZero(6));
    scan.scan(frame(Unpooled.buffer(), PING, 0, 0, 8).slice(0, 12));
    assertThat(scan.isUnfinished()).isTrue();
  }

  private static ByteBuf frame(ByteBuf to, int type, int flags, int stream, int length) {
    return to.writeMedium(length)
        .writeByte(type)
        .writeByte(flags)
        .writeInt(stream)
        .writeZero(length);
  }
}
