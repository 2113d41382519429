package io.ramshot.agent.jmx;

import io.ramshot.SnapshotResult;
import java.util.List;
import javax.management.openmbean.CompositeData;

/** A result as the command line gets it from the bean. */
public final class ResultData {
  /** A host that nothing is known of. */
  static final HostView NO_HOST =
      new HostView() {
        @Override
        public List<String> gates() {
          return List.of();
        }

        @Override
        public String profile() {
          return "none";
        }

        @Override
        public List<String> unmatched() {
          return List.of();
        }

        @Override
        public List<String> unusedRam() {
          return List.of();
        }

        @Override
        public String tell(String message) {
          return message;
        }
      };

  private ResultData() {}

  public static CompositeData of(SnapshotResult result) {
    return OpenData.of(new ResultView(result, NO_HOST));
  }
}
