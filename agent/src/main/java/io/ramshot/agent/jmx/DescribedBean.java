package io.ramshot.agent.jmx;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Optional;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.NotificationEmitter;
import javax.management.StandardEmitterMBean;

/** An MXBean whose texts come from {@link Description} annotations on its interface. */
final class DescribedBean<T> extends StandardEmitterMBean {
  private final Class<T> type;

  DescribedBean(T implementation, Class<T> type, NotificationEmitter emitter) {
    super(implementation, type, true, emitter);
    this.type = type;
    cacheMBeanInfo(null); // built by super() before our field was set
  }

  @Override
  protected String getDescription(MBeanInfo info) {
    return type == null ? "" : type.getAnnotation(Description.class).value();
  }

  @Override
  protected String getDescription(MBeanAttributeInfo info) {
    return method((info.isIs() ? "is" : "get") + info.getName(), 0)
        .map(method -> method.getAnnotation(Description.class).value())
        .orElse("");
  }

  @Override
  protected String getDescription(MBeanOperationInfo info) {
    return method(info.getName(), info.getSignature().length)
        .map(method -> method.getAnnotation(Description.class).value())
        .orElse("");
  }

  @Override
  protected String getDescription(MBeanOperationInfo op, MBeanParameterInfo info, int sequence) {
    return parameter(op, sequence).map(Description::value).orElse("");
  }

  @Override
  protected String getParameterName(MBeanOperationInfo op, MBeanParameterInfo info, int sequence) {
    return parameter(op, sequence).map(Description::name).orElse(info.getName());
  }

  private Optional<Description> parameter(MBeanOperationInfo op, int sequence) {
    return method(op.getName(), op.getSignature().length)
        .map(method -> method.getParameters()[sequence])
        .map((Parameter parameter) -> parameter.getAnnotation(Description.class));
  }

  /** No two methods of our interface share a name and have as many parameters. */
  private Optional<Method> method(String name, int parameters) {
    return type == null
        ? Optional.empty()
        : Arrays.stream(type.getMethods())
            .filter(method -> method.getName().equals(name))
            .filter(method -> method.getParameterCount() == parameters)
            .findFirst();
  }
}
